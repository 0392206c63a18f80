import { addTexts } from '.'
import { reports as en } from './en/reports'
import { reports as es } from './es/reports'

addTexts({ reports: es }, { reports: en })
