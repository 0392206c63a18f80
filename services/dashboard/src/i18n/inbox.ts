import { addTexts } from '.'
import { inbox as en } from './en/inbox'
import { inbox as es } from './es/inbox'

addTexts({ inbox: es }, { inbox: en })
