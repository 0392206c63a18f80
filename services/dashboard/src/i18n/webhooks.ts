import { addTexts } from '.'
import { webhooks as en } from './en/webhooks'
import { webhooks as es } from './es/webhooks'

addTexts({ webhooks: es }, { webhooks: en })
