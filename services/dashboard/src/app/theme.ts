import { createTheme, type Theme } from '@mui/material/styles'
import { palettes } from './map/palette'

/** MUI's theme from the colours of tokens.css. */
export function themeOf(mode: 'light' | 'dark'): Theme {
  const dark = mode === 'dark'
  const p = palettes[mode]
  return createTheme({
    palette: {
      mode,
      // In the dark, a button under the pointer becomes lighter: darker, its text would not be read.
      primary: { main: p.state.fresh, contrastText: p.onAccent, ...(dark && { dark: '#6fd8bd' }) },
      error: { main: p.state.alert, contrastText: p.onRed, ...(dark && { dark: '#ff958d' }) },
      background: { default: dark ? '#0d1413' : '#e9eeec', paper: p.surface },
      text: { primary: p.text, secondary: p.dim },
      divider: dark ? '#2d3936' : '#d5dddb',
    },
    shape: { borderRadius: 8 },
    typography: { fontFamily: 'inherit', fontSize: 14, button: { textTransform: 'none', fontWeight: 600 } },
    components: {
      MuiPaper: { styleOverrides: { root: { backgroundImage: 'none' } } },
      MuiButton: { defaultProps: { disableElevation: true, size: 'small' } },
      MuiTooltip: { defaultProps: { enterDelay: 400, arrow: true } },
      MuiButtonBase: { defaultProps: { disableRipple: true } },
    },
  })
}
