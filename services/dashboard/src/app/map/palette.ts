import type { State } from '../data/people'

/** The colours of the map. They are numbers of the theme in tokens.css: the map is drawn outside of CSS. */
export interface Palette {
  water: string
  land: string
  border: string
  grid: string
  gridText: string
  text: string
  halo: string
  zone: string
  street: string
  streetEdge: string
  trail: string
  surface: string
  dim: string
  state: Record<State, string>
  online: string
  onAccent: string
  onRed: string
}

export const palettes: Record<'light' | 'dark', Palette> = {
  light: {
    water: '#d3dfe2', land: '#eff2ef', border: '#b3bfbb', grid: '#d5dcd9', gridText: '#75837e', text: '#14201d', halo: '#f7faf8', zone: '#3a6ea5', street: '#ffffff', streetEdge: '#cbd5d1', trail: '#0b7561',
    surface: '#ffffff', dim: '#55645f', online: '#1a9a3c', state: { alert: '#c22a22', lost: '#a86a00', silent: '#6b7773', stale: '#0b7561', fresh: '#0b7561', never: '#6b7773' }, onAccent: '#ffffff', onRed: '#ffffff',
  },
  dark: {
    water: '#0a1013', land: '#141c1a', border: '#34423e', grid: '#222d2a', gridText: '#71817c', text: '#e6eeeb', halo: '#0d1413', zone: '#7fb0e6', street: '#2a3633', streetEdge: '#33413d', trail: '#4cc7a9',
    surface: '#161e1c', dim: '#9fb0ab', online: '#56d364', state: { alert: '#ff7b72', lost: '#f0b957', silent: '#93a39e', stale: '#4cc7a9', fresh: '#4cc7a9', never: '#93a39e' }, onAccent: '#06231c', onRed: '#2b0705',
  },
}
