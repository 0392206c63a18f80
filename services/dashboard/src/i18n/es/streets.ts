export const streets = {
  failed: 'Las calles no responden: el mapa muestra tierra y fronteras. Se intenta de nuevo cada minuto.',
  parts: 'Algunas partes del mapa de calles no llegan.',
  host: 'El estilo del mapa pide datos a {{host}}. Agrega esa dirección a TERRENO_MAP_HOSTS.',
}
