import { prefs } from '../prefs'

let audio: AudioContext | undefined

/** Two short tones. Browsers let a page sound only after somebody used it. */
export function sound(): void {
  if (!prefs.sound) return
  try {
    audio ??= new AudioContext()
    const { currentTime: at } = audio
    for (const [i, hz] of [880, 660].entries()) {
      const o = audio.createOscillator()
      const g = audio.createGain()
      o.frequency.value = hz
      g.gain.setValueAtTime(0.0001, at + i * 0.18)
      g.gain.exponentialRampToValueAtTime(0.12, at + i * 0.18 + 0.02)
      g.gain.exponentialRampToValueAtTime(0.0001, at + i * 0.18 + 0.16)
      o.connect(g).connect(audio.destination)
      o.start(at + i * 0.18)
      o.stop(at + i * 0.18 + 0.17)
    }
  } catch {
    // No sound here.
  }
}

/** Shows how many alerts are open in the icon of the tab, and all in red that somebody calls for help. */
export function favicon(count: number, urgent = false): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel=icon]')
  if (!link) return
  if (count === 0) {
    link.type = 'image/svg+xml'
    link.href = '/favicon.svg'
    return
  }
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 64
  const c = canvas.getContext('2d')
  if (!c) return
  c.fillStyle = urgent ? '#c22a22' : '#0e7c66'
  c.beginPath()
  c.roundRect(0, 0, 64, 64, 16)
  c.fill()
  c.strokeStyle = '#fff'
  c.lineWidth = 8
  c.lineCap = 'round'
  c.beginPath()
  c.moveTo(14, 18)
  c.lineTo(36, 18)
  c.moveTo(25, 18)
  c.lineTo(25, 50)
  c.stroke()
  c.fillStyle = urgent ? '#fff' : '#c22a22'
  c.beginPath()
  c.arc(42, 42, 22, 0, 2 * Math.PI)
  c.fill()
  c.fillStyle = urgent ? '#c22a22' : '#fff'
  c.font = 'bold 30px sans-serif'
  c.textAlign = 'center'
  c.textBaseline = 'middle'
  c.fillText(count > 9 ? '9+' : String(count), 42, 44)
  link.type = 'image/png'
  link.href = canvas.toDataURL('image/png')
}
