#!/usr/bin/env bash
# A Redis of our own: no port, a socket that only root may use, every second on disk.

REDIS_RECORD=$MONOKU_HOME/run/redis.pid
REDIS_LOG=$MONOKU_HOME/log/redis.log
REDIS_SOCKET=$MONOKU_HOME/run/redis.sock

ensure_redis() {
	daemon_pid "$REDIS_RECORD" >/dev/null || {
		rm -f "$REDIS_SOCKET"
		start_daemon "$REDIS_RECORD" "$REDIS_LOG" - redis-server \
			--port 0 --unixsocket "$REDIS_SOCKET" --unixsocketperm 700 \
			--dir "$MONOKU_HOME/redis" --appendonly yes --appendfsync everysec --save '' \
			--maxmemory-policy noeviction
	}
	wait_ready "$REDIS_RECORD" "$REDIS_LOG" 60 redis_answers
}

redis_answers() {
	[ "$(redis-cli -s "$REDIS_SOCKET" ping 2>/dev/null)" = PONG ]
}
