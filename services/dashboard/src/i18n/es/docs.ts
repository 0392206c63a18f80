export const docs = {
  title: 'API de Terreno',
  about: 'Todas las operaciones, con lo que reciben y lo que responden. Un error llega como application/problem+json: decide según su campo code.',
  in: 'Entraste como {{user}}. Las pruebas usan tu sesión y cambian datos de verdad.',
  out: 'Para probar una operación, {{enter}} en este navegador. También puedes pedir un token con POST /v1/auth/login y pegarlo en Authorize.',
  enter: 'entra',
  roles: 'Para los roles: {{roles}}.',
  everyRole: 'Para toda persona de una empresa.',
  anybody: 'No necesita token.',
  description: 'Descripción (OpenAPI)',
  operations: 'Operaciones',
  home: 'Ir al mapa',
  failed: 'No se pudo leer la descripción de la API.',
}
