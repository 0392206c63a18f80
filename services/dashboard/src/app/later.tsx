import { Component, lazy, type ComponentType, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import './later.css'

/** A part of the page that is loaded when it is first shown. When that fails, such as without a server, the rest of the page goes on. */
export function later<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): ComponentType<P> {
  const Part = lazy(load) as unknown as ComponentType<P>
  return function Later(props: P) {
    return <Guarded><Part {...props} /></Guarded>
  }
}

class Guarded extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }
  static getDerivedStateFromError() {
    return { failed: true }
  }
  override render() {
    return this.state.failed ? <Failed /> : this.props.children
  }
}

function Failed() {
  const { t } = useTranslation()
  // A browser takes what failed to load for failed until the page is loaded anew. That is done only when there is a server.
  const again = () => void fetch('/page.json', { cache: 'no-store' }).then((r) => r.ok && location.reload(), () => undefined)
  return (
    <section className="panel empty part-failed" role="alert">
      <b>{t('boot.part')}</b>
      <span>{t('boot.partHint')}</span>
      <button type="button" className="btn" onClick={again}>{t('boot.reload')}</button>
    </section>
  )
}
