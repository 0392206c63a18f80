import { addTexts } from '.'
import { day as en } from './en/day'
import { day as es } from './es/day'

addTexts({ day: es }, { day: en })
