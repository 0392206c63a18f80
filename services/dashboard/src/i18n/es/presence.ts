export const presence = {
  online: 'Con conexión ahora', offline: 'Sin conexión', seen: 'Sin conexión, la última hace {{age}}', justNow: 'Sin conexión desde hace un momento', hidden: 'Fuera de su jornada no se muestra si tiene conexión',
  only_one: '{{count}} persona con conexión ahora: ver solo a esa', only_other: '{{count}} personas con conexión ahora: ver solo a ellas',
  help: 'Conexión',
  onlineHint: 'Tiene la app o la página abierta: le llega un mensaje al momento', offlineHint: 'Ningún dispositivo conectado desde hace unos segundos', nothing: 'Sin punto', nothingHint: 'No se sabe, o no se muestra',
  apart: 'El punto dice si alguien tiene conexión ahora. La forma y el color de la señal dicen qué tan reciente es su posición: son cosas distintas.',
}
