import { addTexts } from '.'
import { panic as en } from './en/panic'
import { panic as es } from './es/panic'

addTexts({ panic: es }, { panic: en })
