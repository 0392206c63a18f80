import { addTexts } from '.'
import { notices as en } from './en/notices'
import { notices as es } from './es/notices'

addTexts({ notices: es }, { notices: en })
