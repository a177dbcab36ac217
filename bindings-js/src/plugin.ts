/** JSON-RPC plugins, on a pool of the package's: `millrace/plugin`. It has no copy of what the package exports. */
import './globals.js';

export { PluginEndedError, ProtocolError, RpcCode, RpcError } from './plugin/errors.js';
export type {
  PluginCallOptions,
  PluginContext,
  PluginMethod,
  PluginMethods,
  PluginRequest,
  RpcParams,
  RpcPeer,
} from './plugin/peer.js';
export type { PluginCloseOptions, PluginOptions, RestartOptions } from './plugin/options.js';
export { openPlugin, Plugin } from './plugin/plugin.js';
