package up

import "github.com/terreno/terreno/services/notifier/fcmtest"

// keptPushes is how many pushes the fake remembers for `terreno watch`.
const keptPushes = 1000

// startFake starts a fake of FCM and makes notifier send to it.
func (in *Installation) startFake() (err error) {
	if !in.config.FakePush {
		return nil
	}
	if in.fake, err = fcmtest.New(fcmtest.Options{Keep: keptPushes}); err != nil {
		return err
	}
	to := &in.config.Notifier.Push
	to.Endpoint = in.fake.URL()
	to.Credentials, to.CA, err = in.fake.Files(in.dir.Path("fcm"))
	return err
}
