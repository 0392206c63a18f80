import{n as e,t}from"./rolldown-runtime-WkwZ5CU-.js";import{t as n}from"./react-BbggMMhK.js";import{t as r}from"./jsx-runtime-DaaO97gv.js";import{F as i,G as a,I as o,J as s,K as c,L as l,O as u,U as d,W as f,X as p,Y as m,_ as h,a as g,f as _,g as v,h as y,i as b,k as x,l as S,n as C,o as w,q as T,r as ee,s as E,v as D,x as O,y as k}from"./useTimeout-VdFk8dj4.js";var te=t((e=>{var t=typeof Symbol==`function`&&Symbol.for,n=t?Symbol.for(`react.element`):60103,r=t?Symbol.for(`react.portal`):60106,i=t?Symbol.for(`react.fragment`):60107,a=t?Symbol.for(`react.strict_mode`):60108,o=t?Symbol.for(`react.profiler`):60114,s=t?Symbol.for(`react.provider`):60109,c=t?Symbol.for(`react.context`):60110,l=t?Symbol.for(`react.async_mode`):60111,u=t?Symbol.for(`react.concurrent_mode`):60111,d=t?Symbol.for(`react.forward_ref`):60112,f=t?Symbol.for(`react.suspense`):60113,p=t?Symbol.for(`react.suspense_list`):60120,m=t?Symbol.for(`react.memo`):60115,h=t?Symbol.for(`react.lazy`):60116,g=t?Symbol.for(`react.block`):60121,_=t?Symbol.for(`react.fundamental`):60117,v=t?Symbol.for(`react.responder`):60118,y=t?Symbol.for(`react.scope`):60119;function b(e){if(typeof e==`object`&&e){var t=e.$$typeof;switch(t){case n:switch(e=e.type,e){case l:case u:case i:case o:case a:case f:return e;default:switch(e&&=e.$$typeof,e){case c:case d:case h:case m:case s:return e;default:return t}}case r:return t}}}function x(e){return b(e)===u}e.AsyncMode=l,e.ConcurrentMode=u,e.ContextConsumer=c,e.ContextProvider=s,e.Element=n,e.ForwardRef=d,e.Fragment=i,e.Lazy=h,e.Memo=m,e.Portal=r,e.Profiler=o,e.StrictMode=a,e.Suspense=f,e.isAsyncMode=function(e){return x(e)||b(e)===l},e.isConcurrentMode=x,e.isContextConsumer=function(e){return b(e)===c},e.isContextProvider=function(e){return b(e)===s},e.isElement=function(e){return typeof e==`object`&&!!e&&e.$$typeof===n},e.isForwardRef=function(e){return b(e)===d},e.isFragment=function(e){return b(e)===i},e.isLazy=function(e){return b(e)===h},e.isMemo=function(e){return b(e)===m},e.isPortal=function(e){return b(e)===r},e.isProfiler=function(e){return b(e)===o},e.isStrictMode=function(e){return b(e)===a},e.isSuspense=function(e){return b(e)===f},e.isValidElementType=function(e){return typeof e==`string`||typeof e==`function`||e===i||e===u||e===o||e===a||e===f||e===p||typeof e==`object`&&!!e&&(e.$$typeof===h||e.$$typeof===m||e.$$typeof===s||e.$$typeof===c||e.$$typeof===d||e.$$typeof===_||e.$$typeof===v||e.$$typeof===y||e.$$typeof===g)},e.typeOf=b})),A=t(((e,t)=>{t.exports=te()})),j=t(((e,t)=>{var n=A(),r={childContextTypes:!0,contextType:!0,contextTypes:!0,defaultProps:!0,displayName:!0,getDefaultProps:!0,getDerivedStateFromError:!0,getDerivedStateFromProps:!0,mixins:!0,propTypes:!0,type:!0},i={name:!0,length:!0,prototype:!0,caller:!0,callee:!0,arguments:!0,arity:!0},a={$$typeof:!0,render:!0,defaultProps:!0,displayName:!0,propTypes:!0},o={$$typeof:!0,compare:!0,defaultProps:!0,displayName:!0,propTypes:!0,type:!0},s={};s[n.ForwardRef]=a,s[n.Memo]=o;function c(e){return n.isMemo(e)?o:s[e.$$typeof]||r}var l=Object.defineProperty,u=Object.getOwnPropertyNames,d=Object.getOwnPropertySymbols,f=Object.getOwnPropertyDescriptor,p=Object.getPrototypeOf,m=Object.prototype;function h(e,t,n){if(typeof t!=`string`){if(m){var r=p(t);r&&r!==m&&h(e,r,n)}var a=u(t);d&&(a=a.concat(d(t)));for(var o=c(e),s=c(t),g=0;g<a.length;++g){var _=a[g];if(!i[_]&&!(n&&n[_])&&!(s&&s[_])&&!(o&&o[_])){var v=f(t,_);try{l(e,_,v)}catch{}}}}return e}t.exports=h})),M=e(n());j();var ne=function(e,t){var n=arguments;if(t==null||!c.call(t,`css`))return M.createElement.apply(void 0,n);var r=n.length,i=Array(r);i[0]=d,i[1]=a(e,t);for(var o=2;o<r;o++)i[o]=n[o];return M.createElement.apply(null,i)};(function(e){var t;t||=e.JSX||={}})(ne||={});var re=T(function(e,t){var n=e.styles,r=m([n],void 0,M.useContext(f)),i=M.useRef();return s(function(){var e=t.key+`-global`,n=new t.sheet.constructor({key:e,nonce:t.sheet.nonce,container:t.sheet.container,speedy:t.sheet.isSpeedy}),a=!1,o=document.querySelector(`style[data-emotion="`+e+` `+r.name+`"]`);return t.sheet.tags.length&&(n.before=t.sheet.tags[0]),o!==null&&(a=!0,o.setAttribute(`data-emotion`,e),n.hydrate([o])),i.current=[n,a],function(){n.flush()}},[t]),s(function(){var e=i.current,n=e[0];e[1]?e[1]=!1:(r.next!==void 0&&p(t,r.next,!0),n.tags.length&&(n.before=n.tags[n.tags.length-1].nextElementSibling,n.flush()),t.insert(``,r,n,!1))},[t,r.name]),null});function N(){return m([...arguments])}function P(){var e=N.apply(void 0,arguments),t=`animation-`+e.name;return{name:t,styles:`@keyframes `+t+`{`+e.styles+`}`,anim:1,toString:function(){return`_EMO_`+this.name+`_`+this.styles+`_EMO_`}}}function F(e){let{focusableWhenDisabled:t,disabled:n,composite:r=!1,tabIndex:i=0,isNativeButton:a}=e,o=r&&t!==!1,s=r&&t===!1;return M.useMemo(()=>{let e={onKeyDown(e){n&&t&&e.key!==`Tab`&&e.preventDefault()}};return r||(e.tabIndex=i,!a&&n&&(e.tabIndex=t?i:-1)),(a&&(t||o)||!a&&n)&&(e[`aria-disabled`]=n),a&&(!t||s)&&(e.disabled=n),e},[r,n,t,o,s,a,i])}var ie={};function ae(e){let{nativeButton:t,nativeButtonProp:n,internalNativeButton:r=t,allowInferredHostMismatch:i=!1,disabled:a,type:o,hasFormAction:s=!1,tabIndex:c=0,focusableWhenDisabled:l,stopEventPropagation:u=!1,onBeforeKeyDown:d,onBeforeKeyUp:f}=e,p=M.useRef(null),m=l===!0,h=F({focusableWhenDisabled:m,disabled:a,isNativeButton:t,tabIndex:c}),g=M.useCallback(()=>{let e=p.current;return e==null?t:e.tagName===`BUTTON`||!!(e.tagName===`A`&&e.href)},[t]),_=M.useMemo(()=>{let e=m?{}:{tabIndex:a?-1:c};return t?(e.type=o===void 0&&!s?`button`:o,m||(e.disabled=a)):(e.role=`button`,!m&&a&&(e[`aria-disabled`]=a)),m?{...e,...h}:e},[a,m,h,s,t,c,o]);return{getButtonProps:M.useCallback((e=ie)=>{let{onClick:t,onKeyDown:n,onKeyUp:r,...i}=e,o=e=>{u&&e.stopPropagation(),a?e.preventDefault():t?.(e)},s=e=>{m&&h.onKeyDown(e),a||(d?.(e),n?.(e),e.target!==e.currentTarget||g()||(e.key===` `?e.preventDefault():e.key===`Enter`&&(e.preventDefault(),e.currentTarget.click())))},c=e=>{a||(f?.(e),r?.(e),e.target===e.currentTarget&&!g()&&e.key===` `&&!e.defaultPrevented&&e.currentTarget.click())};return{..._,...i,onClick:o,onKeyDown:s,onKeyUp:c}},[_,a,m,h,g,d,f,u]),rootRef:p}}var oe=class e{ref={current:null};shouldMount=!1;mounted=null;didMount=!1;setShouldMount=null;static create(){return new e}static use(){let t=w(e.create).current,[n,r]=M.useState(!1);return t.shouldMount=n,t.setShouldMount=r,M.useEffect(t.mountEffect,[n]),t}mount(){return this.mounted||(this.mounted=I(),this.shouldMount=!0,this.setShouldMount(this.shouldMount)),this.mounted}mountEffect=()=>{this.shouldMount&&!this.didMount&&(this.ref.current!==null&&(this.didMount=!0),this.mounted.resolve())};start(...e){this.mount().then(()=>this.ref.current?.start(...e))}stop(...e){this.mount().then(()=>this.ref.current?.stop(...e))}pulsate(...e){this.mount().then(()=>this.ref.current?.pulsate(...e))}};function se(){return oe.use()}function I(){let e,t,n=new Promise((n,r)=>{e=n,t=r});return n.resolve=e,n.reject=t,n}var L=r();function R(e){let{className:t,classes:n,pulsate:r=!1,rippleX:i,rippleY:a,rippleSize:o,in:s,onExited:c,timeout:u}=e,[d,f]=M.useState(!1),p=C(),m=M.useRef(!1),h=M.useRef(c);h.current=c;let g=c!=null,_=l(t,n.ripple,n.rippleVisible,r&&n.ripplePulsate),v={width:o,height:o,top:-(o/2)+a,left:-(o/2)+i},y=l(n.child,d&&n.childLeaving,r&&n.childPulsate);return!s&&!d&&f(!0),M.useEffect(()=>{!s&&g?m.current||(m.current=!0,p.start(u,()=>{m.current=!1,h.current?.()})):(m.current=!1,p.clear())},[p,g,s,u]),(0,L.jsx)(`span`,{className:_,style:v,children:(0,L.jsx)(`span`,{className:y})})}var z=i(`MuiTouchRipple`,[`root`,`ripple`,`rippleVisible`,`ripplePulsate`,`child`,`childLeaving`,`childPulsate`]),B=550,V={},H=[],ce=()=>{};function U(e,t){let n=new Set(t),r=new Map,i=[];for(let t of e)n.has(t)?i.length>0&&(r.set(t,i),i=[]):i.push(t);let a=[];for(let e of t){let t=r.get(e);t&&a.push(...t),a.push(e)}return a.push(...i),a}function le({event:e,element:t,center:n}){let r=t?t.getBoundingClientRect():{width:0,height:0,left:0,top:0},i,a;if(n||e===void 0||e.clientX===0&&e.clientY===0||!e.clientX&&!e.touches)i=Math.round(r.width/2),a=Math.round(r.height/2);else{let{clientX:t,clientY:n}=e.touches&&e.touches.length>0?e.touches[0]:e;i=Math.round(t-r.left),a=Math.round(n-r.top)}let o;if(n)o=Math.sqrt((2*r.width**2+r.height**2)/3),o%2==0&&(o+=1);else{let e=Math.max(Math.abs((t?t.clientWidth:0)-i),i)*2+2,n=Math.max(Math.abs((t?t.clientHeight:0)-a),a)*2+2;o=Math.sqrt(e**2+n**2)}return{rippleX:i,rippleY:a,rippleSize:o}}var W=P`
  0% {
    transform: scale(0);
    opacity: 0.1;
  }

  100% {
    transform: scale(1);
    opacity: 0.3;
  }
`,G=P`
  0% {
    opacity: 1;
  }

  100% {
    opacity: 0;
  }
`,ue=P`
  0% {
    transform: scale(1);
  }

  50% {
    transform: scale(0.92);
  }

  100% {
    transform: scale(1);
  }
`;function de(e){if(e.motion.reducedMotion===`always`)return null;let t=N`
    &.${z.rippleVisible} {
      animation-name: ${W};
      animation-duration: ${B}ms;
      animation-timing-function: ${e.transitions.easing.easeInOut};
    }

    &.${z.ripplePulsate} {
      animation-duration: ${e.transitions.duration.shorter}ms;
    }

    & .${z.childLeaving} {
      animation-name: ${G};
      animation-duration: ${B}ms;
      animation-timing-function: ${e.transitions.easing.easeInOut};
    }

    & .${z.childPulsate} {
      animation-name: ${ue};
      animation-duration: 2500ms;
      animation-timing-function: ${e.transitions.easing.easeInOut};
      animation-iteration-count: infinite;
      animation-delay: 200ms;
    }
  `;return e.motion.reducedMotion===`system`?N`
      @media (prefers-reduced-motion: no-preference) {
        ${t}
      }
    `:t}var fe=k(`span`,{name:`MuiTouchRipple`,slot:`Root`})({overflow:`hidden`,pointerEvents:`none`,position:`absolute`,zIndex:0,top:0,right:0,bottom:0,left:0,borderRadius:`inherit`}),K=k(R,{name:`MuiTouchRipple`,slot:`Ripple`})`
  opacity: 0;
  position: absolute;

  &.${z.rippleVisible} {
    opacity: 0.3;
    transform: scale(1);
  }

  /*
   * Order matters: 'child', 'childLeaving' and 'childPulsate' apply to the same
   * element with equal specificity, so the later rule wins. 'child' must come
   * before 'childLeaving' so the leaving 'opacity: 0' takes precedence. A focus
   * (pulsate) ripple keeps 'pulsateKeyframe' (no opacity animation) on exit, so
   * it relies on this static 'opacity: 0' to disappear on blur instead of
   * lingering until removal.
   */
  & .${z.child} {
    opacity: 1;
    display: block;
    width: 100%;
    height: 100%;
    border-radius: 50%;
    background-color: currentColor;
  }

  & .${z.childLeaving} {
    opacity: 0;
  }

  & .${z.childPulsate} {
    position: absolute;
    /* @noflip */
    left: 0px;
    top: 0;
  }

  ${({theme:e})=>de(e)}
`,pe=M.forwardRef(function(e,t){let n=h({props:e,name:`MuiTouchRipple`}),r=O(),i=g(r.motion.reducedMotion,!1),{center:a=!1,classes:o=V,className:s,...c}=n,[u,d]=M.useState({items:H,order:H}),f=u.items,p=M.useRef(0),m=M.useRef(null),_=M.useRef(!1);ee(()=>(_.current=!0,()=>{_.current=!1})),M.useEffect(()=>{m.current&&=(m.current(),null)},[f]);let v=M.useRef(!1),y=C(),b=M.useRef(null),x=M.useRef(null),S=E(e=>{_.current&&d(t=>{let n=t.items.filter(t=>t.key!==e);return{items:n,order:U(t.order.filter(t=>t!==e),n.filter(e=>!e.exiting).map(e=>e.key))}})}),w=E(e=>{let{pulsate:t,rippleX:n,rippleY:r,rippleSize:i,cb:a}=e,o=p.current;p.current+=1,d(e=>{let a=[...e.items,{key:o,pulsate:t,rippleX:n,rippleY:r,rippleSize:i,exiting:!1}];return{items:a,order:U(e.order,a.filter(e=>!e.exiting).map(e=>e.key))}}),m.current=a}),T=E((e=V,t=V,n=ce)=>{let{pulsate:r=!1,center:i=a||t.pulsate,fakeElement:o=!1}=t;if(e?.type===`mousedown`&&v.current){v.current=!1;return}e?.type===`touchstart`&&(v.current=!0);let{rippleX:s,rippleY:c,rippleSize:l}=le({event:e,element:o?null:x.current,center:i});e?.touches?b.current===null&&(b.current=()=>{w({pulsate:r,rippleX:s,rippleY:c,rippleSize:l,cb:n})},y.start(80,()=>{b.current&&=(b.current(),null)})):w({pulsate:r,rippleX:s,rippleY:c,rippleSize:l,cb:n})}),D=E(()=>{T(V,{pulsate:!0})}),k=E((e,t)=>{y.clear(),e?.type===`touchend`&&b.current?(b.current(),b.current=null,y.start(0,()=>{k(e,t)})):(b.current=null,d(e=>{let t=e.items.findIndex(e=>!e.exiting);if(t===-1)return e;let n=e.items.slice();return n[t]={...n[t],exiting:!0},{items:n,order:U(e.order,n.filter(e=>!e.exiting).map(e=>e.key))}}),m.current=t)});M.useImperativeHandle(t,()=>({pulsate:D,start:T,stop:k}),[D,T,k]);let te=new Map(f.map(e=>[e.key,e])),A=u.order.map(e=>te.get(e)).filter(Boolean);return(0,L.jsx)(fe,{className:l(z.root,o.root,s),ref:x,...c,children:A.map(e=>(0,L.jsx)(K,{classes:{ripple:l(o.ripple,z.ripple),rippleVisible:l(o.rippleVisible,z.rippleVisible),ripplePulsate:l(o.ripplePulsate,z.ripplePulsate),child:l(o.child,z.child),childLeaving:l(o.childLeaving,z.childLeaving),childPulsate:l(o.childPulsate,z.childPulsate)},timeout:i.shouldReduceMotion?0:B,pulsate:e.pulsate,rippleX:e.rippleX,rippleY:e.rippleY,rippleSize:e.rippleSize,in:!e.exiting,onExited:()=>S(e.key)},e.key))})});function me(e){return o(`MuiButtonBase`,e)}var q=i(`MuiButtonBase`,[`root`,`disabled`,`focusVisible`]),he=e=>{let{disabled:t,focusVisible:n,focusVisibleClassName:r,suppressFocusVisible:i,classes:a}=e,o=x({root:[`root`,t&&`disabled`,n&&!i&&`focusVisible`]},me,a);return n&&!i&&r&&(o.root+=` ${r}`),o},ge=k(`button`,{name:`MuiButtonBase`,slot:`Root`})(D(({theme:e})=>({display:`inline-flex`,alignItems:`center`,justifyContent:`center`,position:`relative`,boxSizing:`border-box`,WebkitTapHighlightColor:`transparent`,backgroundColor:`transparent`,outline:0,border:0,margin:0,borderRadius:0,padding:0,cursor:`pointer`,userSelect:`none`,verticalAlign:`middle`,MozAppearance:`none`,WebkitAppearance:`none`,textDecoration:`none`,color:`inherit`,"&::-moz-focus-inner":{borderStyle:`none`},[`&.${q.disabled}`]:{pointerEvents:`none`,cursor:`default`},"@media print":{colorAdjust:`exact`},variants:[{props:{internalDisabledThemeFocusVisible:!1},style:e.focusVisible&&{...u,[`&.${q.focusVisible}`]:e.focusVisible}}]}))),_e=M.forwardRef(function(e,t){let n=h({props:e,name:`MuiButtonBase`}),{action:r,centerRipple:i=!1,children:a,className:o,component:s=`button`,disabled:c=!1,disableRipple:u=!1,disableTouchRipple:d=!1,focusRipple:f=!1,focusVisibleClassName:p,focusableWhenDisabled:m,suppressFocusVisible:g=!1,internalNativeButton:_,internalDisabledThemeFocusVisible:v=!1,LinkComponent:x=`a`,nativeButton:S,onBlur:C,onClick:w,onContextMenu:T,onDragLeave:ee,onFocus:D,onFocusVisible:O,onKeyDown:k,onKeyUp:te,onMouseDown:A,onMouseLeave:j,onMouseUp:ne,onTouchEnd:re,onTouchMove:N,onTouchStart:P,tabIndex:F=0,TouchRippleProps:ie,touchRippleRef:oe,type:I,...R}=n,z=!!(R.href||R.to),B=!!R.formAction,V=s;V===`button`&&z&&(V=x);let H=typeof V==`string`?V===`button`:_??!1,ce=S??H,U=se(),le=y(U.ref,oe),[W,G]=M.useState(!1);(c||g)&&W&&G(!1);let ue=E(e=>{f&&!e.repeat&&W&&e.key===` `&&U.stop(e,()=>{U.start(e)})}),de=E(e=>{f&&e.key===` `&&W&&!e.defaultPrevented&&U.stop(e,()=>{U.pulsate(e)})}),{getButtonProps:fe,rootRef:K}=ae({nativeButton:ce,nativeButtonProp:S,internalNativeButton:H,allowInferredHostMismatch:z||typeof V==`string`,disabled:c,type:I,hasFormAction:B,tabIndex:F,onBeforeKeyDown:ue,onBeforeKeyUp:de}),{onClick:me,onKeyDown:q,onKeyUp:_e,...ve}=fe({onClick:w,onKeyDown:k,onKeyUp:te});M.useImperativeHandle(r,()=>({focusVisible:()=>{G(!0),K.current.focus()}}),[K]);let ye=U.shouldMount&&!u&&!c;M.useEffect(()=>{W&&f&&!u&&U.pulsate()},[u,f,W,U]);let Y=J(U,`start`,A,d),be=J(U,`stop`,T,d),X=J(U,`stop`,ee,d),Z=J(U,`stop`,ne,d),Q=J(U,`stop`,e=>{W&&e.preventDefault(),j&&j(e)},d),xe=J(U,`start`,P,d),Se=J(U,`stop`,re,d),Ce=J(U,`stop`,N,d),we=J(U,`stop`,e=>{b(e.target)||G(!1),C&&C(e)},!1),Te=E(e=>{K.current||=e.currentTarget,!g&&b(e.target)&&(G(!0),O&&O(e)),D&&D(e)}),$={};z&&($.tabIndex=c?-1:F,c&&($[`aria-disabled`]=c),$.type=I);let Ee=y(t,K),De={...n,centerRipple:i,component:s,disabled:c,disableRipple:u,disableTouchRipple:d,focusRipple:f,suppressFocusVisible:g,tabIndex:F,focusVisible:W,internalDisabledThemeFocusVisible:v},Oe=he(De);return(0,L.jsxs)(ge,{as:V,className:l(Oe.root,o),ownerState:De,onBlur:we,onClick:me,onContextMenu:be,onFocus:Te,onKeyDown:q,onKeyUp:_e,onMouseDown:Y,onMouseLeave:Q,onMouseUp:Z,onDragLeave:X,onTouchEnd:Se,onTouchMove:Ce,onTouchStart:xe,ref:Ee,...z?$:ve,...R,children:[a,ye?(0,L.jsx)(pe,{ref:le,center:i,...ie}):null]})});function J(e,t,n,r=!1){return E(i=>(n&&n(i),r||e[t](i),!0))}function ve(e){return typeof e.main==`string`}function ye(e,t=[]){if(!ve(e))return!1;for(let n of t)if(!e.hasOwnProperty(n)||typeof e[n]!=`string`)return!1;return!0}function Y(e=[]){return([,t])=>t&&ye(t,e)}function be(e){return o(`MuiCircularProgress`,e)}i(`MuiCircularProgress`,[`root`,`determinate`,`indeterminate`,`colorPrimary`,`colorSecondary`,`svg`,`track`,`circle`,`circleDisableShrink`]);var X=44,Z=P`
  0% {
    transform: rotate(0deg);
  }

  100% {
    transform: rotate(360deg);
  }
`,Q=P`
  0% {
    stroke-dasharray: 1px, 200px;
    stroke-dashoffset: 0;
  }

  50% {
    stroke-dasharray: 100px, 200px;
    stroke-dashoffset: -15px;
  }

  100% {
    stroke-dasharray: 1px, 200px;
    stroke-dashoffset: -126px;
  }
`,xe=typeof Z==`string`?null:N`
        animation: ${Z} 1.4s linear infinite;
      `,Se=typeof Q==`string`?null:N`
        animation: ${Q} 1.4s ease-in-out infinite;
      `,Ce=e=>{let{classes:t,variant:n,color:r,disableShrink:i}=e,a={root:[`root`,n,`color${v(r)}`],svg:[`svg`],track:[`track`],circle:[`circle`,i&&`circleDisableShrink`]};return x(a,be,t)},we=k(`span`,{name:`MuiCircularProgress`,slot:`Root`,overridesResolver:(e,t)=>{let{ownerState:n}=e;return[t.root,t[n.variant],t[`color${v(n.color)}`]]}})(D(({theme:e})=>{let t=S(e,{animation:`none`});return{display:`inline-block`,variants:[{props:{variant:`determinate`},style:{..._(e,`transform`)}},{props:{variant:`indeterminate`},style:xe||{animation:`${Z} 1.4s linear infinite`}},...t?[{props:{variant:`indeterminate`},style:t}]:[],...Object.entries(e.palette).filter(Y()).map(([t])=>({props:{color:t},style:{color:(e.vars||e).palette[t].main}}))]}})),Te=k(`svg`,{name:`MuiCircularProgress`,slot:`Svg`})({display:`block`}),$=k(`circle`,{name:`MuiCircularProgress`,slot:`Circle`,overridesResolver:(e,t)=>{let{ownerState:n}=e;return[t.circle,n.disableShrink&&t.circleDisableShrink]}})(D(({theme:e})=>{let t=S(e,{animation:`none`});return{stroke:`currentColor`,variants:[{props:{variant:`determinate`},style:{..._(e,`stroke-dashoffset`)}},{props:{variant:`indeterminate`},style:{strokeDasharray:`80px, 200px`,strokeDashoffset:0}},{props:({ownerState:e})=>e.variant===`indeterminate`&&!e.disableShrink,style:Se||{animation:`${Q} 1.4s ease-in-out infinite`}},...t?[{props:({ownerState:e})=>e.variant===`indeterminate`&&!e.disableShrink,style:t}]:[]]}})),Ee=k(`circle`,{name:`MuiCircularProgress`,slot:`Track`})(D(({theme:e})=>({stroke:`currentColor`,opacity:(e.vars||e).palette.action.activatedOpacity}))),De=M.forwardRef(function(e,t){let n=h({props:e,name:`MuiCircularProgress`}),{className:r,color:i=`primary`,disableShrink:a=!1,enableTrackSlot:o=!1,min:s,max:c,size:u=40,style:d,thickness:f=3.6,value:p=n.min??0,variant:m=`indeterminate`,...g}=n,_=s??0,v=c??100,y={...n,color:i,disableShrink:a,size:u,thickness:f,value:p,variant:m,enableTrackSlot:o},b=Ce(y),x={},S={},C={};if(m===`determinate`){let e=2*Math.PI*((X-f)/2),t=v-_;x.strokeDasharray=e.toFixed(3),x.strokeDashoffset=t>0?`${((v-p)/t*e).toFixed(3)}px`:`${e.toFixed(3)}px`,S.transform=`rotate(-90deg)`,C[`aria-valuenow`]=p,C[`aria-valuemin`]=_,C[`aria-valuemax`]=v}return(0,L.jsx)(we,{className:l(b.root,r),style:{width:u,height:u,...S,...d},ownerState:y,ref:t,role:`progressbar`,...C,...g,children:(0,L.jsxs)(Te,{className:b.svg,ownerState:y,viewBox:`${X/2} ${X/2} ${X} ${X}`,children:[o?(0,L.jsx)(Ee,{className:b.track,ownerState:y,cx:X,cy:X,r:(X-f)/2,fill:`none`,strokeWidth:f,"aria-hidden":`true`}):null,(0,L.jsx)($,{className:b.circle,style:x,ownerState:y,cx:X,cy:X,r:(X-f)/2,fill:`none`,strokeWidth:f})]})})});export{re as i,Y as n,_e as r,De as t};