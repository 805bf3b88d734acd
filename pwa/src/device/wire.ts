/** Messages between the page and the worker that runs the engine. */
import { DeviceError } from './types';

export interface Call {
  call: number;
  method: string;
  args: unknown[];
}

export type Reply =
  | { reply: number; ok: true; value: unknown }
  | { reply: number; ok: false; code: string | null; message: string; params: Record<string, unknown> }
  | { event: string; payload: unknown }
  | { ready: true };

/** Errors lose their class on the way; their code does not. */
export function failed(reply: number, error: unknown): Reply {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof DeviceError) return { reply, ok: false, code: error.code, message, params: error.params };
  return { reply, ok: false, code: null, message, params: {} };
}

export function errorOf(reply: Extract<Reply, { ok: false }>): Error {
  if (reply.code === null) return new Error(reply.message);
  return new DeviceError(reply.code as DeviceError['code'], reply.params as DeviceError['params']);
}
