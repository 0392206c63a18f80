import { addTexts } from '.'
import { board as en } from './en/board'
import { board as es } from './es/board'

addTexts({ board: es }, { board: en })
