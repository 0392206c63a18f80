import { addTexts } from '.'
import { zones as en } from './en/zones'
import { zones as es } from './es/zones'

addTexts({ zones: es }, { zones: en })
