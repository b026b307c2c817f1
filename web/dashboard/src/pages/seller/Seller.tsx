export default function Seller() {
  return <h1>Seller</h1>;
}
