// "make generate" prints this file from proto/stream. Change the table there.

import type { components } from './openapi'

/** The events that a socket delivers, by name, with the type of their data. */
export interface Events {
  /** a phone uploaded positions; the header has the newest live one, as a Position */
  'tracking:ubicacion': components['schemas']['Position']
  /** an alert has begun and continues */
  'alerta:nueva': Omit<components['schemas']['Alert'], 'user_name'>
  /** something is wrong that is about no person, such as a silence that many share; for admins */
  'alerta:sistema': Omit<components['schemas']['Alert'], 'user_name'>
  /** an alert in the past became known from late positions; disturb nobody */
  'alerta:tardia': Omit<components['schemas']['Alert'], 'user_name'>
  /** an alert ended */
  'alerta:cerrada': Omit<components['schemas']['Alert'], 'user_name'>
  /** people did something about an alert, or somebody was told of it */
  'alerta:actualizada': Omit<components['schemas']['Alert'], 'user_name'>
  /** a visit, a task or a shift began or changed; tipo says which of them it is; auxilio, a call for help, is for services */
  'actividad:estado': Omit<components['schemas']['Activity'], 'user_name' | 'external_id' | 'radius_m' | 'created_at' | 'created_by' | 'changed_at' | 'changed_by' | 'close_at'> & { retirada: boolean; cut: boolean; forced: boolean; worked_s: number }
  /** a company decided whether its people are tracked always or only in their shifts */
  'actividad:rastreo': { tracking: 'always' | 'on_shift'; since: string; version: number }
  /** a day of a user was closed, and this is what it came to */
  'resumen:diario': Omit<components['schemas']['Summary'], 'trip_list' | 'stop_list' | 'gap_list' | 'hidden' | 'error'>
  /** a closed day came to something else */
  'resumen:actualizado': Omit<components['schemas']['Summary'], 'trip_list' | 'stop_list' | 'gap_list' | 'hidden' | 'error'>
  /** somebody wrote a message */
  'chat:mensaje': components['schemas']['Message'] & { conversation_id: string }
  /** a message was changed or deleted */
  'chat:editado': components['schemas']['Message'] & { conversation_id: string }
  /** a device has messages */
  'chat:entregado': { conversation_id: string; user_id: string; delivered_seq: number; read_seq: number }
  /** somebody read messages */
  'chat:leido': { conversation_id: string; user_id: string; delivered_seq: number; read_seq: number }
  /** a conversation began, or its title or its people changed */
  'chat:conversacion': Pick<components['schemas']['Conversation'], 'id' | 'kind' | 'version' | 'title' | 'visit_id' | 'team_id' | 'created_at' | 'created_by'> & { members: { user_id: string; role: 'owner' | 'member' }[]; retirada: boolean }
  /** a company decided something about its conversations */
  'chat:ajustes': components['schemas']['ChatSettings']
  /** people whose devices did not get a message are to be told; for services */
  'chat:aviso': never
  /** somebody writes in a conversation; it is over at until, or when a message comes */
  'chat:escribiendo': { conversation_id: string; user_id: string; until: string }
  /** a person came online, over all gateways; not replayed */
  'usuario:online': { user_id: string; at: string; last_seen?: string }
  /** a person has had no connection for some seconds; not replayed */
  'usuario:offline': { user_id: string; at: string; last_seen?: string }
  /** who is online among those whom one may see, in parts, counted from 1; completo says that it is the last. Without parte: what became different of single people */
  'usuario:presencia': { users: components['schemas']['UserPresence'][]; parte?: number; completo?: boolean }
}
