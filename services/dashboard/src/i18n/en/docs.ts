export const docs = {
  title: 'The API of Terreno',
  about: 'All operations, with what they take and what they answer. An error comes as application/problem+json: decide on its field code.',
  in: 'You are signed in as {{user}}. What you try uses your session and changes real data.',
  out: 'To try an operation, {{enter}} in this browser. You can also get a token from POST /v1/auth/login and paste it into Authorize.',
  enter: 'sign in',
  roles: 'For the roles: {{roles}}.',
  everyRole: 'For everybody of a company.',
  anybody: 'Needs no token.',
  description: 'Description (OpenAPI)',
  operations: 'Operations',
  home: 'To the map',
  failed: 'The description of the API could not be read.',
}
