import { addTexts } from '.'
import { rules as en } from './en/rules'
import { rules as es } from './es/rules'

addTexts({ rules: es }, { rules: en })
