import { Gauge, type Registry } from 'prom-client';
import type { Guard } from '../guard.ts';

/** Counts what is open: sessions, streams, connections. */
export function createLasting(registers: Registry[]): NonNullable<Guard['opened']> {
  const sessions = new Gauge({
    name: 'mcp_sessions_open',
    help: 'Sessions of clients of 2025 that have not ended.',
    registers,
  });
  const streams = new Gauge({
    name: 'mcp_streams_open',
    help: 'Answers that are streams of events and go on.',
    registers,
  });
  const connections = new Gauge({
    name: 'mcp_connections_open',
    help: 'Connections of clients, by transport.',
    labelNames: ['transport'],
    registers,
  });
  const gauges = {
    session: sessions,
    stream: streams,
    http: connections.labels({ transport: 'http' }),
    websocket: connections.labels({ transport: 'websocket' }),
  };
  return what => {
    const gauge = gauges[what];
    gauge.inc();
    return () => gauge.dec();
  };
}
