// PHP 8.2 as a web server has it: a CGI program, whose stdin is the body of a request.
import { equal, text, withPool } from '../harness.mjs';
import { runno } from './packages.mjs';

const SCRIPT = `<?php
$weights = json_decode(file_get_contents('php://input'), true);
sort($weights);
header('Content-Type: application/json');
file_put_contents('/site/sorted.txt', implode(' ', $weights));
$names = array_values(array_diff(scandir('/site'), ['.', '..']));
$grain = new PDO('sqlite:/site/grain.db');
$grain->exec('create table grain (kg integer)');
foreach ($weights as $kg) $grain->exec("insert into grain values ($kg)");
$sum = $grain->query('select sum(kg) from grain')->fetchColumn();
echo json_encode([$_GET['unit'], $sum, hash('sha256', 'abc'), $names]);
exit(3);
`;

const request = (body) => ({
  GATEWAY_INTERFACE: 'CGI/1.1',
  REDIRECT_STATUS: '200', // php-cgi refuses to run without: it wants to be sure that it was not asked directly
  REQUEST_METHOD: 'POST',
  QUERY_STRING: 'unit=kg',
  CONTENT_TYPE: 'application/json',
  CONTENT_LENGTH: String(body.length),
  SCRIPT_FILENAME: '/site/index.php',
});

export const scenarios = [
  {
    name: 'PHP answers a request: it reads the body, computes, and writes files and a database',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const site = new env.millrace.Directory({ 'index.php': SCRIPT });
        const body = '[30, 10, 2]';
        const { code, stdout, stderr } = await pool.run(env.file(runno('php-cgi-8.2.0.wasm')), {
          name: 'php-cgi',
          env: request(body),
          preopens: { '/site': site },
          stdin: body,
        });
        equal([code, text(stderr)], [3, ''], text(stdout));
        const [head, answer] = text(stdout).split('\r\n\r\n');
        equal(head, 'X-Powered-By: PHP/8.2.0\r\nContent-Type: application/json');
        const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'; // SHA-256 of "abc", FIPS 180-4
        equal(JSON.parse(answer), ['kg', 42, abc, ['index.php', 'sorted.txt']]);
        equal(text(await site.readFile('sorted.txt')), '2 10 30');
        equal(text((await site.readFile('grain.db')).subarray(0, 15)), 'SQLite format 3');
      }),
  },
];
