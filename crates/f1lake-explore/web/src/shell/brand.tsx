import { Link } from "../components/link";

export function Brand() {
  return (
    <Link class="brand" href="/">
      <svg viewBox="0 0 24 24" fill="none" aria-hidden="true">
        <path
          d="M4 13.2C4 8 7.2 4.2 12 4.2c2.9 0 3.9 1.7 6.3 2.1 2.2.4 2.5 3 1.6 5.7C18.8 15.4 16.6 19.6 11.5 19.8 6.8 20 4 17.4 4 13.2Z"
          stroke="currentColor"
          stroke-width="2"
        />
        <path
          d="M7.2 13.6c1.6-1.2 3.2-1.2 4.8 0s3.2 1.2 4.8 0"
          stroke="currentColor"
          stroke-width="1.6"
          stroke-linecap="round"
        />
      </svg>
      f1lake
    </Link>
  );
}
