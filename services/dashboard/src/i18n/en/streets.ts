export const streets = {
  failed: 'The streets do not answer: the map shows land and borders. It tries again every minute.',
  parts: 'Some parts of the street map do not arrive.',
  host: 'The style of the map takes data from {{host}}. Add that address to TERRENO_MAP_HOSTS.',
}
