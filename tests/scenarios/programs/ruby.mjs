// Ruby 3.2 with its standard library inside: 24 MB of wasm, which unwinds its own stack by Asyncify.
import { equal, text, withPool } from '../harness.mjs';
import { runno } from './packages.mjs';

const SCRIPT = `
require 'json'
words = STDIN.read.split
File.write('/data/tally.json', JSON.generate(words.tally))
numbers = Enumerator.new { |y| 3.times { |i| y << 2**(50 * i) } }
begin
  File.read('/data/none')
rescue Errno::ENOENT => error
  puts error.class
end
puts [ARGV, ENV['NAME'], numbers.next, numbers.to_a.last, Dir.children('/data').sort].inspect
exit words.size
`;

export const scenarios = [
  {
    name: 'Ruby runs a script of a directory: it reads its stdin, computes, and writes a file',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const data = new env.millrace.Directory({ 'main.rb': SCRIPT });
        const { code, stdout, stderr } = await pool.run(env.file(runno('ruby-3.2.0.wasm')), {
          name: 'ruby',
          args: ['/data/main.rb', 'one', 'two'],
          env: { NAME: 'mill' },
          preopens: { '/data': data },
          stdin: 'rye oats rye\n',
        });
        equal([code, text(stderr)], [3, ''], text(stdout));
        const rest = `[["one", "two"], "mill", 1, ${2n ** 100n}, ["main.rb", "tally.json"]]`;
        equal(text(stdout), `Errno::ENOENT\n${rest}\n`);
        equal(text(await data.readFile('tally.json')), '{"rye":2,"oats":1}');
      }),
  },
];
