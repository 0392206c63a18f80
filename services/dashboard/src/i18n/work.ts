import { addTexts } from '.'
import { work as en } from './en/work'
import { work as es } from './es/work'

addTexts({ work: es }, { work: en })
