import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useOffice } from '../common/office'
import { say } from '../common/problem'
import { Skeleton } from '../panels/people-panel'
import { useKindName } from './kinds'
import { inOrder, variantOf } from './texts'

const variants = ['later', 'many', 'many_later', 'task', 'one'] as const

/** Every text as it will be sent, with examples in place of names and numbers. */
export function Texts() {
  const { t, i18n } = useTranslation()
  const { session } = useOffice()
  const name = useKindName()
  const [language, setLanguage] = useState<'es' | 'en'>(i18n.language === 'en' ? 'en' : 'es')
  const read = useQuery({ queryKey: ['notification-texts', language], staleTime: Infinity, queryFn: () => session.request('get', '/v1/notification-texts', { query: { language } }).then((a) => inOrder(a.texts ?? [])) })
  const variant = (v: string) => { const known = variants.find((x) => x === v); return known ? t(`inbox.text.${known}`) : v }
  return (
    <section className="n-texts" aria-labelledby="n-texts">
      <header>
        <div><h2 id="n-texts">{t('inbox.texts')}</h2><p className="dim">{t('inbox.textsText')}</p></div>
        <select className="n-select" aria-label={t('inbox.textsLanguage')} value={language} onChange={(e) => setLanguage(e.target.value as 'es' | 'en')}>
          <option value="es">{t('inbox.es')}</option>
          <option value="en">{t('inbox.en')}</option>
        </select>
      </header>
      {read.error && !read.data ? <p className="bad">{t('inbox.textsError')} {say(read.error)} <button type="button" className="link" onClick={() => void read.refetch()}>{t('boot.retry')}</button></p> : !read.data ? <Skeleton rows={12} /> : (
        <table className="n-table">
          <thead><tr><th scope="col">{t('inbox.textsKind')}</th><th scope="col">{t('inbox.textsTitle')}</th><th scope="col">{t('inbox.textsBody')}</th></tr></thead>
          <tbody lang={language}>
            {read.data.map((x) => (
              <tr key={x.name} data-more={variantOf(x) !== ''}>
                <th scope="row" lang={i18n.language}>{name(x.kind)}{variantOf(x) && <span className="dim">{', '}{variant(variantOf(x))}</span>}</th>
                <td>{x.title}</td>
                <td>{x.body}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
