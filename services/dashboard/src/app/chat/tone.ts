import { prefs } from '../../prefs'

let audio: AudioContext | undefined

/** One soft tone, unlike that of alerts. Browsers let a page sound only after somebody used it. */
export function tone(): void {
  if (!prefs.sound) return
  try {
    audio ??= new AudioContext()
    const at = audio.currentTime
    const [o, g] = [audio.createOscillator(), audio.createGain()]
    o.type = 'sine'
    o.frequency.setValueAtTime(523, at)
    o.frequency.setValueAtTime(784, at + 0.09)
    g.gain.setValueAtTime(0.0001, at)
    g.gain.exponentialRampToValueAtTime(0.08, at + 0.02)
    g.gain.exponentialRampToValueAtTime(0.0001, at + 0.28)
    o.connect(g).connect(audio.destination)
    o.start(at)
    o.stop(at + 0.3)
  } catch {
    // No sound here.
  }
}
