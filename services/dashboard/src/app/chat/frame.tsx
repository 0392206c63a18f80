import { useEffect } from 'react'
import { useData } from '../data/data'
import { chatOf } from './store'

/** Keeps the conversations of the viewer while the page is open: the badge, the sound, and what waits to be sent. It shows nothing. */
export default function ChatFrame() {
  const d = useData()
  useEffect(() => {
    const chat = chatOf(d)
    return () => {
      // The data may be stopped after this.
      setTimeout(() => d.stopped && chat.stop())
    }
  }, [d])
  return null
}
