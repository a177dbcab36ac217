// A script that a pool cannot run as one of its workers: see logs.mjs.
throw new Error('this is no worker');
