import { addTexts } from '.'
import { admin as en } from './en/admin'
import { admin as es } from './es/admin'

addTexts(es, en)
