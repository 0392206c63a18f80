// "make generate" prints this file from proto/stream. Change the table there.

import type { components } from './openapi'

/** The events that a socket delivers, by name, with the type of their data. */
export interface Events {
  /** a phone uploaded positions; the header has the newest live one, as a Position */
  'tracking:ubicacion': components['schemas']['Position']
  /** an alert has begun and continues */
  'alerta:nueva': Omit<components['schemas']['Alert'], 'user_name'>
  /** an alert in the past became known from late positions; disturb nobody */
  'alerta:tardia': Omit<components['schemas']['Alert'], 'user_name'>
  /** an alert ended */
  'alerta:cerrada': Omit<components['schemas']['Alert'], 'user_name'>
  /** somebody acknowledged or resolved an alert */
  'alerta:actualizada': Omit<components['schemas']['Alert'], 'user_name'>
}
