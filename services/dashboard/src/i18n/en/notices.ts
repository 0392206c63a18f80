export const notices = {
  platform: { android: 'Android', ios: 'iPhone or iPad', web: 'Browser' },
  state: { queued: 'On its way', sent: 'Sent', delivered: 'Delivered', opened: 'Opened', failed: 'Failed', skipped: 'Not sent', expired: 'Too late' },
  reason: {
    off: 'the person turned this kind off', quiet: 'it was within their quiet hours', expired: 'it was no longer useful when it was due to go out', no_device: 'they have no device that receives notifications',
    no_credentials: 'the installation has no Firebase credentials', seen: 'they had read it already', device_gone: 'the device is not theirs any more',
    unregistered: 'the app is not on the device any more', sender_id_mismatch: 'the device belongs to another Firebase project', invalid: 'Firebase did not accept the message', quota_exceeded: 'Firebase asked to go slower', internal: 'an error of Firebase', third_party_auth: 'the key for Apple or the browser is missing or not valid', credentials_refused: 'Firebase did not accept the credentials of the installation', unavailable: 'Firebase is not available',
    network: 'no connection could be made', timeout: 'no answer within 10 seconds', certificate: 'its certificate is not valid', redirect: 'it answered with a redirect to another address', address_forbidden: 'the address is not one of the public internet', webhook_off: 'the webhook is turned off', too_many_waiting: 'too many calls were waiting', too_old: 'it was more than a day old',
    too_large: 'it was too large', event_off: 'this event is not asked for any more', company_suspended: 'the company is suspended', user_gone: 'the person is no longer in the company', outdated: 'a newer one says the same', http: 'it answered with the code {{status}}', other: 'reason: {{reason}}',
  },
  attempts_one: '{{count}} attempt', attempts_other: '{{count}} attempts',
}
