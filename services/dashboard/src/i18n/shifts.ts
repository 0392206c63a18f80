import { addTexts } from '.'
import { shifts as en } from './en/shifts'
import { shifts as es } from './es/shifts'

addTexts({ shifts: es }, { shifts: en })
