# SPDX-License-Identifier: Apache-2.0
# python with processes, threads, shared memory, a pool, sockets and a small web server.
docker run --rm -i --name python work python3 - <<'END'
import http.server, multiprocessing, multiprocessing.shared_memory, os, signal, socket, subprocess
import tempfile, threading, urllib.request
assert subprocess.check_output(['id', '-u']).strip() == b'0'
child = os.fork()
if child == 0:
    signal.pause()
os.kill(child, signal.SIGTERM)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGTERM
with tempfile.TemporaryDirectory() as directory:
    server = socket.socket(socket.AF_UNIX); server.bind(directory + '/s'); server.listen()
    client = socket.socket(socket.AF_UNIX); client.connect(directory + '/s')
os.memfd_create('scratch')
shared = multiprocessing.shared_memory.SharedMemory(create=True, size=4096)
shared.buf[0] = 7
shared.close(); shared.unlink()
def square(n): return n * n
if __name__ == '__main__':
    with multiprocessing.get_context('fork').Pool(3) as pool:
        assert pool.map(square, range(10)) == [n * n for n in range(10)]
    web = http.server.ThreadingHTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    page = urllib.request.urlopen(f'http://127.0.0.1:{web.server_port}/etc/hostname').read()
    assert page.decode().strip() == socket.gethostname(), page
END
