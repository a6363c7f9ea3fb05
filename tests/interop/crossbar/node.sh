# Sourced: starts and stops a Crossbar.io node on loopback. Needs crossbar/.venv (requirements.txt beside this file).
crossbar_dir="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
crossbar_node="$(mktemp -d)"
crossbar_pid=""
crossbar_port=""

# crossbar_configure [CONFIG]: a node's directory, on a port that is free now.
crossbar_configure() {
    crossbar_port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
    sed "s/PORT/$crossbar_port/" "${1:-$crossbar_dir/config.json}" >"$crossbar_node/config.json"
}

# crossbar_start: starts the node in a process group of its own, and waits (at most 60 s) until it takes connections.
crossbar_start() {
    setsid "$crossbar_dir/.venv/bin/crossbar" start --cbdir "$crossbar_node" >>"$crossbar_node/log" 2>&1 &
    crossbar_pid=$!
    for _ in $(seq 300); do
        if (: >"/dev/tcp/127.0.0.1/$crossbar_port") 2>/dev/null; then return; fi
        kill -0 "$crossbar_pid" 2>/dev/null || break
        sleep 0.2
    done
    tail -n 40 "$crossbar_node/log" >&2
    echo "Crossbar.io does not listen" >&2
    return 1
}

# crossbar_kill: kill -9 for the node and its workers, as if the machine had gone.
crossbar_kill() {
    [ -z "$crossbar_pid" ] && return
    kill -KILL -- "-$crossbar_pid" 2>/dev/null || true
    wait "$crossbar_pid" 2>/dev/null || true
    crossbar_pid=""
    rm -f "$crossbar_node"/node.pid
}

crossbar_remove() {
    crossbar_kill
    rm -rf "$crossbar_node"
}
