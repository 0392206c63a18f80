package cli

import (
	"flag"
	"fmt"

	"github.com/terreno/terreno/services/terreno/internal/client"
	"github.com/terreno/terreno/services/terreno/internal/datadir"
)

// accountFlags adds the flags that say whom to log in as, and where. find completes the account after they were parsed.
func accountFlags(flags *flag.FlagSet, a *client.Account) (find func() error) {
	data := flags.String("data", ".data", "data folder of the terreno that runs here; tells the address")
	flags.StringVar(&a.URL, "url", "", "address of the installation (default: the one that runs on -data)")
	flags.StringVar(&a.Company, "company", "demo", `company to log in to; "" is the platform's admins'`)
	flags.StringVar(&a.Login, "login", "admin", "login of the user")
	flags.StringVar(&a.Password, "password", "demo", "its password")
	return func() error {
		if a.URL != "" {
			return nil
		}
		running, err := datadir.ReadRunning(*data)
		if err != nil {
			return fmt.Errorf("%w\nstart it with `make run`, or name an address with -url", err)
		}
		a.URL = running.HTTP
		return nil
	}
}
