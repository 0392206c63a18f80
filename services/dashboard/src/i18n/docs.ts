import { addTexts } from '.'
import { docs as en } from './en/docs'
import { docs as es } from './es/docs'

addTexts({ docs: es }, { docs: en })
