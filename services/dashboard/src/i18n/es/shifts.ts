export const shifts = { title: 'Jornadas' }
