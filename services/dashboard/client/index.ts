/**
 * The client of Terreno for browsers: a session whose refresh token no script can read, requests with the types of the API,
 * and the live events over one socket for all tabs. It needs no framework. See README.md.
 */
export { Live } from './live'
export { Session, type SessionState, type Who } from './session'
export { Socket, type Frame, type SocketStatus } from './socket'
export { Offline, Problem } from './problem'
export { afterClose, backoff } from './closure'
export { channel, locks, type Channel } from './tabs'
export type { Events } from './events'
export type { components, paths } from './openapi'
export type { Answer } from './http'
