package cli

import (
	"flag"
	"fmt"

	"github.com/terreno/terreno/services/terreno/internal/client"
	"github.com/terreno/terreno/services/terreno/internal/datadir"
)

// accountFlags adds the flags that name the account and the installation. Call find after the flags are parsed: it fills in
// the address.
func accountFlags(flags *flag.FlagSet, a *client.Account) (find func() error) {
	data := flags.String("data", ".data", "data folder of a running terreno; its address is read from there")
	flags.StringVar(&a.URL, "url", "", "address of the installation (default: the installation that uses -data)")
	flags.StringVar(&a.Company, "company", "demo", `company to log in to; "" for platform admins`)
	flags.StringVar(&a.Login, "login", "admin", "login of the user")
	flags.StringVar(&a.Password, "password", "demo", "password of the user")
	return func() error {
		if a.URL != "" {
			return nil
		}
		running, err := datadir.ReadRunning(*data)
		if err != nil {
			return fmt.Errorf("%w\nstart it with `make run`, or name its folder with -data or its address with -url", err)
		}
		a.URL = running.HTTP
		return nil
	}
}
