import { addTexts } from '.'
import { presence as en } from './en/presence'
import { presence as es } from './es/presence'

addTexts({ presence: es }, { presence: en })
