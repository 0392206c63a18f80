import type { State } from './visit'

const marks: Record<State, React.ReactNode> = {
  pendiente: <circle cx="8" cy="8" r="5.500" />,
  aceptada: <><circle cx="8" cy="8" r="6" /><path d="m5.500 8 1.800 1.800 3.200-3.600" /></>,
  en_ruta: <path d="M2 8h9M7.500 3.500 12.500 8l-5 4.500" />,
  en_sitio: <circle cx="8" cy="8" r="5.500" fill="currentColor" />,
  completada: <path d="m2.500 8.500 3.500 3.500 7.500-8" />,
  incompleta: <><path d="M8 1.800 14.800 14H1.200Z" /><path d="M8 6v4M8 11.800v.2" /></>,
  cancelada: <path d="m4 4 8 8M12 4l-8 8" />,
}

/** The sign of a visit's state: form and colour say the same. */
export function StateSign({ state, size = 14 }: { state: State; size?: number }) {
  return (
    <svg className={`b-sign ${state}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round">
      {marks[state]}
    </svg>
  )
}
