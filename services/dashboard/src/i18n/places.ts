import { addTexts } from '.'
import { places as en } from './en/places'
import { places as es } from './es/places'

addTexts({ places: es }, { places: en })
