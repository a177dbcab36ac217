/** The messages of JSON-RPC 2.0 (https://www.jsonrpc.org/specification): making them, and telling what one is. */
import { jsonOf } from '../shared/json.js';
import { RpcCode, RpcError } from './errors.js';

/** What a request and its answer have in common. */
export type Id = string | number | null;

/** Somebody asks for something. */
export interface Request {
  readonly kind: 'request';
  /** `undefined`: it is a notification, which is not answered. */
  readonly id: Id | undefined;
  readonly method: string;
  readonly params: unknown;
}

/** Somebody answers. */
export interface Response {
  readonly kind: 'response';
  readonly id: unknown;
  readonly result: unknown;
  readonly error: RpcError | undefined;
  /** Why it is no answer, whatever it says; `undefined`: it is one. */
  readonly fault: string | undefined;
}

/** It is neither. */
export interface Invalid {
  readonly kind: 'invalid';
  readonly id: Id;
  readonly fault: string;
}

type Members = Readonly<Record<string, unknown>>;

/** What a value is that has come as JSON. */
export function messageOf(value: unknown): Request | Response | Invalid {
  if (!isObject(value) || Array.isArray(value)) return { kind: 'invalid', id: null, fault: 'it is no object' };
  const message = value as Members;
  const answers = 'result' in message || 'error' in message;
  return answers && !('method' in message) ? responseOf(message) : requestOf(message);
}

function requestOf({ jsonrpc, id, method, params }: Members): Request | Invalid {
  const invalid = (fault: string): Invalid => ({ kind: 'invalid', id: isId(id) ? id : null, fault });
  if (jsonrpc !== '2.0') return invalid('its "jsonrpc" is not "2.0"');
  if (typeof method !== 'string') return invalid('its "method" is no string');
  if (id !== undefined && !isId(id)) return invalid('its "id" is no string, number or null that can be sent back');
  if (params !== undefined && params !== null && !isObject(params))
    return invalid('its "params" are neither an object nor an array');
  return { kind: 'request', id, method, params: params ?? undefined };
}

function responseOf({ jsonrpc, id, result, error }: Members): Response {
  const failed = error !== undefined && error !== null;
  const sent = failed ? errorOf(error) : undefined;
  let fault: string | undefined;
  if (jsonrpc !== '2.0') fault = 'its "jsonrpc" is not "2.0"';
  else if (failed && result !== undefined) fault = 'it has both "result" and "error"';
  else if (failed ? !sent : result === undefined) fault = 'its "error" has no whole number as "code" and a "message"';
  return { kind: 'response', id, result, error: sent, fault };
}

function errorOf(error: unknown): RpcError | undefined {
  if (!isObject(error)) return undefined;
  const { code, message, data } = error as Members;
  return Number.isSafeInteger(code) && typeof message === 'string'
    ? new RpcError(code as number, message, data)
    : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** A larger number than a double holds would be sent back as another one. */
export function isId(value: unknown): value is Id {
  if (typeof value === 'number') return !Number.isInteger(value) || Number.isSafeInteger(value);
  return value === null || typeof value === 'string';
}

/** A request, or without an id a notification. `params` are JSON already. */
export function requestText(id: number | undefined, method: string, params: string | undefined): string {
  const head = id === undefined ? '' : `"id":${id},`;
  return `{"jsonrpc":"2.0",${head}"method":${JSON.stringify(method)}${params ? `,"params":${params}` : ''}}`;
}

/** Throws POOL_EINVAL if the result has no JSON. `undefined` is sent as `null`, since an answer has a result. */
export function resultText(id: Id, method: string, result: unknown): string {
  const json = jsonOf(`the result of ${JSON.stringify(method)}`, result ?? null, 'what has JSON, or undefined');
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${json}}`;
}

export function errorText(id: Id, { code, message, data }: RpcError): string {
  const head = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":{"code":`;
  try {
    const extra = data === undefined ? '' : `,"data":${jsonOf('data', data, 'what has JSON')}`;
    return `${head}${code},"message":${JSON.stringify(message)}${extra}}}`;
  } catch {
    const text = JSON.stringify(`${message} (its data has no JSON)`);
    return `${head}${RpcCode.internalError},"message":${text}}}`;
  }
}
