import { addTexts } from '.'
import { chat as en } from './en/chat'
import { chat as es } from './es/chat'

addTexts({ chat: es }, { chat: en })
