export const shifts = { title: 'Shifts' }
