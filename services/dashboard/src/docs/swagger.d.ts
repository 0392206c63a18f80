declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  export interface SwaggerRequest {
    url: string
    headers: Record<string, string>
  }
  interface System {
    /** The library brings its own React. */
    React: { createElement(of: unknown, props: object | null, ...children: unknown[]): unknown }
  }
  type Component = (props: { text?: string }) => unknown
  /** Replaces components of the library, or puts something around them. */
  export type Plugin = (system: System) => {
    components: Record<string, Component>
    wrapComponents: Record<string, (original: unknown, system: System) => Component>
  }
  /** Draws the operations of a description. Its documentation names more options. */
  export default function SwaggerUI(options: {
    spec: object
    domNode: HTMLElement
    plugins: Plugin[]
    deepLinking: boolean
    filter: boolean
    docExpansion: 'list' | 'none'
    defaultModelsExpandDepth: number
    displayRequestDuration: boolean
    validatorUrl: null
    showMutatedRequest: boolean
    requestInterceptor: (r: SwaggerRequest) => SwaggerRequest | Promise<SwaggerRequest>
    onComplete: () => void
  }): unknown
}
