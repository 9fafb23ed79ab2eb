# SPDX-License-Identifier: Apache-2.0
# node with a web server, a worker thread, a child process and files.
cat >/srv/node.js <<'END'
const http = require('http'), fs = require('fs'), child = require('child_process');
const {Worker} = require('worker_threads');
fs.mkdirSync('/tmp/n'); fs.writeFileSync('/tmp/n/a', 'text');
fs.rmSync('/tmp/n', {recursive: true});
if (child.execFileSync('id', ['-u']).toString() !== '0\n') throw 'id';
const worker = new Worker('require("worker_threads").parentPort.postMessage(6 * 7)', {eval: true});
worker.on('message', answer => {
  const server = http.createServer((request, response) => response.end('answer ' + answer));
  server.listen(0, () => http.get({port: server.address().port}, response =>
    response.on('data', text => { console.log(text.toString()); server.close(); })));
});
END
same "answer 42" "$(docker run --rm --name node -v /srv/node.js:/n.js:ro -u nobody:nogroup \
    --user 0 work node /n.js)"
