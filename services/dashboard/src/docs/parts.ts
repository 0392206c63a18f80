import type { Plugin } from 'swagger-ui-dist/swagger-ui-es-bundle.js'

/** Parts of the library that the page has itself, or that a screen reader cannot use: a link inside of a button. */
export const parts: Plugin = ({ React }) => ({
  components: {
    InfoContainer: () => null,
    DeepLink: ({ text }) => React.createElement('span', null, text),
  },
  wrapComponents: {
    FilterContainer: (original) => (props) => React.createElement('div', { role: 'search' }, React.createElement(original, props)),
  },
})
